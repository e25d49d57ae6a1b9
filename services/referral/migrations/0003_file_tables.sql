-- Which table of a file was read: its sheet, the line of its headings, and the sheets and columns that are not read.

alter table imports
    add column file_table jsonb not null
        default '{"sheet": null, "heading_line": 1, "other_sheets": [], "columns_not_read": []}';
