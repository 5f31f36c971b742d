"""Generate the typed client in generated/ from the contract.

`check_generated.py` generates into a temporary folder instead.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def generate(contract: Path, output: Path) -> None:
    """Write the client of `contract` into the folder `output`, and replace its content.

    Needs the environment of requirements/generate.txt: the output depends on the exact versions of
    the generator and of ruff, so both come from the environment of the running Python.

    Raises:
        subprocess.CalledProcessError: the generator failed, or warned.
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


if __name__ == "__main__":
    generate(ROOT / "openapi" / "leadway.yaml", ROOT / "generated")
