"""The types of metadata that the org understands: their names, endings, folders, and how they nest in objects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of metadata."""

    type: str
    """Its name, which is also the root element of its file."""
    suffix: str
    folder: str = ""
    """Where its files stand in metadata format; '' if it stands in the file of its object."""
    tag: str = ""
    """Its element in the file of its object."""
    has_body: bool = False
    """Its file is no XML and has another one beside it, with `-meta.xml` at its end, that describes it."""
    in_folders: bool = False
    """Files stand in folders below `folder`, whose names are part of theirs."""
    shown: bool = False
    """It only shapes screens and reports: checked for its form, otherwise without effect."""
    listed_as: str = ""
    """As package.xml names it, if that is not its type."""

    def split(self, full_name: str) -> tuple[str, str]:
        """Return the object that owns a component, and its own name."""
        if self.type == "CustomObject":
            return full_name, full_name
        owner, _, name = full_name.partition(".")
        return (owner, name) if self.tag else ("", full_name)


OBJECT = Kind(type="CustomObject", suffix="object", folder="objects")
FIELD = Kind(type="CustomField", suffix="field", tag="fields")
REPORT_FOLDER = Kind(type="ReportFolder", suffix="reportFolder", folder="reports", shown=True, listed_as="Report")
KINDS = (
    OBJECT,
    FIELD,
    Kind(type="ValidationRule", suffix="validationRule", tag="validationRules"),
    Kind(type="RecordType", suffix="recordType", tag="recordTypes"),
    Kind(type="FieldSet", suffix="fieldSet", tag="fieldSets"),
    Kind(type="CompactLayout", suffix="compactLayout", tag="compactLayouts", shown=True),
    Kind(type="ListView", suffix="listView", tag="listViews", shown=True),
    Kind(type="GlobalValueSet", suffix="globalValueSet", folder="globalValueSets"),
    Kind(type="CustomPermission", suffix="customPermission", folder="customPermissions"),
    Kind(type="PermissionSet", suffix="permissionset", folder="permissionsets"),
    Kind(type="ApexClass", suffix="cls", folder="classes", has_body=True),
    Kind(type="ExternalCredential", suffix="externalCredential", folder="externalCredentials"),
    Kind(type="NamedCredential", suffix="namedCredential", folder="namedCredentials"),
    Kind(type="CustomApplication", suffix="app", folder="applications", shown=True),
    Kind(type="CustomTab", suffix="tab", folder="tabs", shown=True),
    Kind(type="FlexiPage", suffix="flexipage", folder="flexipages", shown=True),
    Kind(type="Layout", suffix="layout", folder="layouts", shown=True),
    Kind(type="Report", suffix="report", folder="reports", in_folders=True, shown=True),
    Kind(type="ReportType", suffix="reportType", folder="reportTypes", shown=True),
    REPORT_FOLDER,
)
BY_SUFFIX = {kind.suffix: kind for kind in KINDS}
LISTED = frozenset(kind.listed_as or kind.type for kind in KINDS)
NESTED = {kind.tag: kind for kind in KINDS if kind.tag}
BY_FOLDER = {kind.folder: kind for kind in KINDS if kind.folder and kind is not REPORT_FOLDER}
