"""Documents for people, as tagged PDF: the parts of a document, charts, and the way to make the file."""
