// The state directory: what lies where. Nothing else joins paths by hand, and no part ever comes from user input
// unchecked.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

const PART = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;

export class StatePaths {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /**
   * A path below the state directory.
   * @throws TypeError for a part that is not a plain name (`..`, `/`, empty)
   */
  at(...parts: string[]): string {
    for (const part of parts) {
      if (!PART.test(part) || part === "." || part === "..") throw new TypeError(`unsafe path part ${part}`);
    }
    return join(this.root, ...parts);
  }

  /** The same, as a folder only the owner can enter, made when missing. */
  dir(...parts: string[]): string {
    const path = this.at(...parts);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }
}
