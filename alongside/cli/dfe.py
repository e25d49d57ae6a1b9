"""Write the files that services of the Department for Education take, and say who is missing from them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import Tenant
from alongside.cli.tables import print_rows
from alongside.client import connect_to_platform
from alongside.demo import personas
from alongside.dfe.facts import Facts
from alongside.dfe.files import (
    make_induction_claims,
    make_induction_outcomes,
    make_mentor_claims,
    make_placements,
    make_recommendations,
)
from shared.calendar.academic_years import AcademicYear, academic_year_of
from shared.dfe import claims, inductions, placements
from shared.dfe.forms import Form, Gap
from shared.dfe.recommendations import RECOMMENDATIONS, read_download
from shared.kernel.unit import utc_now
from shared.wording import counted_noun

app = typer.Typer()
dfe_app = typer.Typer(no_args_is_help=True, help="Files for services of the Department for Education (DfE).")
app.add_typer(dfe_app, name="dfe")

FORMS: tuple[Form, ...] = (
    placements.PLACEMENTS,
    *RECOMMENDATIONS,
    inductions.CLAIMS,
    inductions.OUTCOMES,
    claims.CLAIMS,
)
_ONLY_OWNER = 0o600
"""The rights of a new file: it names people."""

Year = Annotated[
    AcademicYear | None,
    typer.Option(
        "--academic-year",
        metavar="YEAR",
        parser=AcademicYear.of,
        help="The academic year, such as 2026/27; by default that of today.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to write the file; by default its name here, with the year."),
]


@dfe_app.command("formats")
def dfe_formats() -> None:
    """List the files, their editions, and what each column is made from. Example: alongside dfe formats"""
    rows = [
        (form.name, form.edition, form.service, column.name, column.made_from)
        for form in FORMS
        for column in form.columns
    ]
    print_rows(("file", "edition", "service", "column", "made from"), rows, texts={"service", "column", "made from"})


@dfe_app.command("placements")
def dfe_placements(year: Year = None, to: Out = None, tenant: Tenant = personas.TENANT) -> None:
    """Write the placements of a year that have begun, for Register trainee teachers.

    Example: alongside dfe placements --academic-year 2026/27
    """
    chosen = _year(year)
    with exit_on_error(), connect_to_platform(tenant) as client:
        made = make_placements(Facts(client, personas.LEAD), chosen, utc_now().date())
        files = _save(made.write(), to or _name(placements.PLACEMENTS, chosen))
    if made.to_come:
        out.print(f"{counted_noun(made.to_come, 'placement has', 'placements have')} not begun yet.")
    _report(files, len(made.rows), made.gaps)


@dfe_app.command("recommendations")
def dfe_recommendations(
    download: Annotated[Path, typer.Argument(help="The file as it was downloaded from Register trainee teachers.")],
    to: Out = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Fill in DfE's own file of trainees to recommend for an award, and delete the rows of the others.

    Whoever has a signed final assessment that meets every standard is recommended, with the day of its last signature.

    Example: alongside dfe recommendations trainees-to-recommend.csv
    """
    target = to or download.with_name(f"{download.stem}-filled-in.csv")
    with exit_on_error():
        read = read_download(download.read_bytes())
        with connect_to_platform(tenant) as client:
            made = make_recommendations(Facts(client, personas.LEAD), read, utc_now().date())
        files = _save(made.write(), target)
    if read.not_read:
        out.out(f"Not read: {counted_noun(len(read.not_read), 'column')}: {', '.join(read.not_read)}.", highlight=False)
    _report(files, len(made.rows), made.gaps)


@dfe_app.command("induction-claims")
def dfe_induction_claims(year: Year = None, to: Out = None, tenant: Tenant = personas.TENANT) -> None:
    """Write the claims of inductions that began in a year, for an appropriate body in Register early career teachers.

    Example: alongside dfe induction-claims --academic-year 2026/27
    """
    chosen = _year(year)
    with exit_on_error(), connect_to_platform(tenant) as client:
        made = make_induction_claims(Facts(client, personas.LEAD), chosen, utc_now().date())
        files = _save(made.write(), to or _name(inductions.CLAIMS, chosen))
    _report(files, len(made.rows), made.gaps)


@dfe_app.command("induction-outcomes")
def dfe_induction_outcomes(
    year: Year = None,
    released: Annotated[
        list[str] | None,
        typer.Option("--release", metavar="REFERENCE", help="A teacher who has left and is released; may be repeated."),
    ] = None,
    to: Out = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Write the outcomes of inductions that ended in a year, for an appropriate body in Register early career teachers.

    Whoever served all terms and met the standards passes. A fail is recorded in DfE's service by hand.

    Example: alongside dfe induction-outcomes --academic-year 2026/27 --release E26-01
    """
    chosen = _year(year)
    with exit_on_error(), connect_to_platform(tenant) as client:
        made = make_induction_outcomes(Facts(client, personas.LEAD), chosen, utc_now().date(), released or ())
        files = _save(made.write(), to or _name(inductions.OUTCOMES, chosen))
    _report(files, len(made.rows), made.gaps)


@dfe_app.command("mentor-claims")
def dfe_mentor_claims(
    year: Year = None,
    providers: Annotated[
        list[str] | None,
        typer.Option("--provider", metavar="CODE=NAME", help="The name of a provider, by its code; may be repeated."),
    ] = None,
    to: Out = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Write what schools can claim for the training of their mentors in a year, by provider.

    The columns are those of DfE's claims; its reference, day, status and reasons stay empty, as only DfE knows them.

    Example: alongside dfe mentor-claims --academic-year 2025/26 --provider "1AB=North Star"
    """
    chosen = _year(year)
    names = dict(map(_provider, providers or []))
    with exit_on_error(), connect_to_platform(tenant) as client:
        made = make_mentor_claims(Facts(client, personas.LEAD), chosen, names)
        files = _save(made.write(), to or _name(claims.CLAIMS, chosen))
    _report(files, len(made.rows), made.gaps)


def _year(year: AcademicYear | None) -> AcademicYear:
    return year or AcademicYear.of(academic_year_of(utc_now().date()))


def _provider(text: str) -> tuple[str, str]:
    code, is_there, name = text.partition("=")
    if not is_there:
        raise typer.BadParameter("Give a provider's code and name, such as 1AB=North Star.", param_hint="--provider")
    return code.strip(), name.strip()


def _name(form: Form, year: AcademicYear) -> Path:
    return Path(f"{form.name}-{year.name.replace('/', '-')}.csv")


def _save(contents: Sequence[bytes], to: Path) -> list[Path]:
    """Write a file, or several with a number at the end of their names, that only their owner may read."""
    names = (
        [to] if len(contents) == 1 else [to.with_name(f"{to.stem}-{n + 1}{to.suffix}") for n in range(len(contents))]
    )
    for name, content in zip(names, contents, strict=True):
        with open(name, "wb", opener=lambda path, flags: os.open(path, flags, _ONLY_OWNER)) as file:
            file.write(content)
    return names


def _report(files: Sequence[Path], rows: int, gaps: Sequence[Gap]) -> None:
    """Print where the rows are, and who is not among them; exit with 1 where there is no file."""
    for gap in gaps:
        out.out(f"{gap.about} {gap.sentence}", highlight=False)
    if not files:
        out.print("No file was written: there is nothing to write in it.")
        raise typer.Exit(1)
    out.print(f"{counted_noun(rows, 'row')} in {', '.join(map(str, files))}.", soft_wrap=True)
