// The regions of the screen: one, or several made by splitting (screen(1), "Regions"). A tree of splits whose leaves show
// a window each, or nothing.

export interface Region {
  kind: "region";
  /** Number of the window shown; null for an empty region. */
  window: number | null;
}

interface Split {
  kind: "split";
  /** `rows`: one above the other. */
  way: "rows" | "columns";
  first: Node;
  second: Node;
}

type Node = Region | Split;

export interface Placed {
  region: Region;
  x: number;
  y: number;
  width: number;
  /** Without the caption, which lies below it when there are several regions. */
  height: number;
}

/** A column between two regions side by side. */
export interface Divider {
  x: number;
  y: number;
  height: number;
}

const MIN_ROWS = 2;
const MIN_COLUMNS = 8;

export class Layout {
  #root: Node;
  #focused: Region;

  constructor() {
    this.#focused = { kind: "region", window: null };
    this.#root = this.#focused;
  }

  get focused(): Region {
    return this.#focused;
  }

  get regions(): Region[] {
    return regionsOf(this.#root);
  }

  get split(): boolean {
    return this.#root.kind === "split";
  }

  place(width: number, height: number): { placed: Placed[]; dividers: Divider[] } {
    const placed: Placed[] = [];
    const dividers: Divider[] = [];
    const caption = this.split ? 1 : 0;
    const go = (node: Node, x: number, y: number, columns: number, rows: number): void => {
      if (node.kind === "region") {
        placed.push({ region: node, x, y, width: columns, height: rows - caption });
      } else if (node.way === "rows") {
        const upper = Math.ceil(rows / 2);
        go(node.first, x, y, columns, upper);
        go(node.second, x, y + upper, columns, rows - upper);
      } else {
        const left = Math.ceil((columns - 1) / 2);
        go(node.first, x, y, left, rows);
        dividers.push({ x: x + left, y, height: rows });
        go(node.second, x + left + 1, y, columns - left - 1, rows);
      }
    };
    go(this.#root, 0, 0, width, height);
    return { placed, dividers };
  }

  /** The new region is empty and below or to the right; the focus stays. False when there is no room. */
  splitFocused(way: Split["way"], width: number, height: number): boolean {
    const here = this.place(width, height).placed.find(({ region }) => region === this.#focused)!;
    const room = here.height + (this.split ? 1 : 0);
    if (way === "rows" ? room < 2 * (MIN_ROWS + 1) : here.width < 2 * MIN_COLUMNS + 1) return false;
    const old = this.#focused;
    const split: Split = { kind: "split", way, first: old, second: { kind: "region", window: null } };
    this.#root = replaced(this.#root, old, split);
    return true;
  }

  focusNext(step = 1): void {
    const { regions } = this;
    const at = regions.indexOf(this.#focused);
    this.#focused = regions[(at + step + regions.length) % regions.length]!;
  }

  focusRegion(region: Region): void {
    this.#focused = region;
  }

  /** Removes the focused region; the last one stays. */
  removeFocused(): void {
    const { regions } = this;
    if (regions.length === 1) return;
    const old = this.#focused;
    const at = regions.indexOf(old);
    this.#focused = regions[at === regions.length - 1 ? at - 1 : at + 1]!;
    this.#root = without(this.#root, old)!;
  }

  only(): void {
    this.#root = this.#focused;
  }
}

function regionsOf(node: Node): Region[] {
  return node.kind === "region" ? [node] : [...regionsOf(node.first), ...regionsOf(node.second)];
}

function replaced(node: Node, old: Region, by: Node): Node {
  if (node === old) return by;
  if (node.kind === "region") return node;
  return { ...node, first: replaced(node.first, old, by), second: replaced(node.second, old, by) };
}

function without(node: Node, old: Region): Node | null {
  if (node === old) return null;
  if (node.kind === "region") return node;
  const first = without(node.first, old);
  const second = without(node.second, old);
  return first && second ? { ...node, first, second } : (first ?? second);
}
