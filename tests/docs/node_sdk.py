"""Stand-in for the vendor's Node package, with what the examples use of it."""

from __future__ import annotations

from pathlib import Path

NAME = "@gohighlevel/api-client"

SOURCE = """
export class HighLevel {
  constructor({privateIntegrationToken}) { this.token = privateIntegrationToken; }
  http = {defaults: {}};
  getHttpClient() { return this.http; }
  agentStudio = {
    executeAgent: async ({agentId}, body) => {
      const headers = {
        Authorization: `Bearer ${this.token}`,
        Version: "2023-02-21",
        "Content-Type": "application/json",
      };
      const url = `${this.http.defaults.baseURL}/agent-studio/agent/${agentId}/execute`;
      return (await fetch(url, {method: "POST", headers, body: JSON.stringify(body)})).json();
    },
  };
}
"""


def write_node_sdk(folder: Path) -> None:
    """Write the package into `node_modules` of a folder."""
    package = folder / "node_modules" / NAME
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./index.js"}')
    (package / "index.js").write_text(SOURCE)
