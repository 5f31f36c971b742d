"""An offline stand-in for the Leadway agent execution API that remembers its conversations."""
