"""Hide the warnings of other people's libraries that tell a person nothing to act on."""

import warnings

# Start of the message, as a regular expression → why it may be hidden.
KNOWN_WARNINGS = {
    r"One or more dataset names contain '\.'": "the catalog's names <subset>.<artefact> are chosen so",
    r"Option '--pipeline' is deprecated": "both spellings work in every Kedro 1.x",
    r"IProgress not found": "progress bars are text, also in a notebook",
    r"register_new_resolver\(\) is deprecated": "Kedro 1.7 calls what omegaconf 2.4 deprecates",
}


def hide_known_warnings() -> None:
    """Filter every warning of `KNOWN_WARNINGS`, and deprecations inside other packages."""
    for message in KNOWN_WARNINGS:
        warnings.filterwarnings("ignore", message=message)
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=r"(?!likeness)")
