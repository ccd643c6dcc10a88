// Node 18, which Debian 12 has, keeps File in a module; the openai package looks for the global and names this line as the remedy.
globalThis.File ??= (await import('node:buffer')).File;
