"""Generate the typed client in generated/ from the contract.

With `--check`, generate into a temporary folder instead, and fail where generated/ differs: that of
this checkout, or of the one named behind it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HINT = "generated/ is out of date. Run `make generate` and commit the result."

CHANGES = (
    ("types.py", "from http import HTTPStatus\n", ""),
    ("types.py", "    status_code: HTTPStatus\n", "    status_code: int\n"),
    ("api/*/*.py", "from http import HTTPStatus\n", ""),
    ("api/*/*.py", "HTTPStatus(response.status_code)", "response.status_code"),
    ("models/execute_agent_response.py", 'd.pop("flowSwitch")', 'd.pop("flowSwitch", False)'),
)
"""Changes of the generator's output: files, old text, new text.

`HTTPStatus` raises `ValueError` for 520 to 529, which Cloudflare sends. `flowSwitch` is required,
yet older responses do not have it; absence means false.
"""


def generate(contract: Path, output: Path) -> None:
    """Write the client of `contract` into the folder `output`, and replace its content.

    Needs the environment of requirements/generate.txt: the output depends on the exact versions of
    the generator and of ruff, so both come from the environment of the running Python.

    Raises:
        subprocess.CalledProcessError: the generator failed, or warned.
        SystemExit: its output does not have what `CHANGES` replaces.
    """
    tools = Path(sys.executable).parent
    command: list[str | Path] = [
        *(tools / "openapi-python-client", "generate", "--meta", "uv"),
        *("--overwrite", "--fail-on-warning"),
        *("--config", ROOT / "openapi" / "client.yaml"),
        *("--path", contract, "--output-path", output),
    ]
    # Without ruff on PATH, the generator skips formatting silently.
    path = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "RUFF_NO_CACHE": "true"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    change(output / "leadway_client")


def change(package: Path) -> None:
    """Apply `CHANGES` to the generated package.

    Raises:
        SystemExit: a file does not have the old text.
    """
    for pattern, old, new in CHANGES:
        files = [file for file in package.glob(pattern) if file.name != "__init__.py"]
        texts = [file.read_text(encoding="utf-8") for file in files]
        if not files or not all(old in text for text in texts):
            sys.exit(f"{pattern}: does not have {old!r}. Adapt CHANGES in {Path(__file__).name}.")
        for file, text in zip(files, texts, strict=True):
            file.write_text(text.replace(old, new), encoding="utf-8")


def check(checkout: Path) -> list[str]:
    """Return a line for each file of the client that differs from what the generator writes."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        generate(checkout / "openapi" / "leadway.yaml", fresh)
        old, new = _contents(checkout / "generated"), _contents(fresh)
    states = {
        **dict.fromkeys(old.keys() - new.keys(), "superfluous"),
        **dict.fromkeys(new.keys() - old.keys(), "missing"),
        **{name: "different" for name in old.keys() & new.keys() if old[name] != new[name]},
    }
    return [f"generated/{name}: {state}" for name, state in sorted(states.items())]


def _contents(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder` by its relative path, without compiled files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        findings = check(Path(sys.argv[2]) if sys.argv[2:] else ROOT)
        sys.exit("\n".join([*findings, HINT]) if findings else 0)
    generate(ROOT / "openapi" / "leadway.yaml", ROOT / "generated")
