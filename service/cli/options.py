"""Options that several commands share."""

from __future__ import annotations

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON line, and nothing else, on stdout.")
org_option = click.option("--org", "org_name", metavar="NAME", help="The connected org; not needed while there is one.")
