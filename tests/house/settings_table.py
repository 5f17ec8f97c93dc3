"""The README's table of settings, from the settings themselves: `python -m tests.house.settings_table` prints it."""

from typing import Any

from db.settings import Settings


def rows() -> list[str]:
    """One line of Markdown a setting."""
    return [
        f"| `ANWANG_{name.upper()}` | {_default(name, field.default)} | {_plain(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]


def _default(name: str, value: Any) -> str:
    if name == "var_dir":
        return "`var`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else "–"


def _plain(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    print("\n".join(["| setting | default | meaning |", "|---|---|---|", *rows()]))
