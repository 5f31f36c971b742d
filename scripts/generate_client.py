"""Write the typed client in generated/ anew from the contract, or into another folder.

`make generate` calls it as it is; `check_generated.py` passes a temporary folder.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def generate(contract: Path, output: Path) -> None:
    """Write the client of `contract` into the folder `output`, replacing what is there.

    Needs the environment of requirements/generate.txt: the generator's output depends on the exact
    version of itself and of ruff, so both are taken from beside the Python that runs this.

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
    # The generator skips formatting without a word when it finds no ruff on PATH.
    path = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "RUFF_NO_CACHE": "true"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    generate(ROOT / "openapi" / "leadway.yaml", ROOT / "generated")
