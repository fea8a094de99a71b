"""OAI-PMH 2.0: harvesters of libraries fetch what the archive holds, and again only what has changed."""
