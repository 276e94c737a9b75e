// A component that is drawn anew only when one of its properties has changed.

import { Component, type ComponentChild, h } from "preact";

export function memo<P extends object>(draw: (props: P) => ComponentChild) {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const old = this.props as Record<string, unknown>;
      return Object.entries(next).some(([name, value]) => name !== "children" && old[name] !== value);
    }

    override render() {
      return h(draw as (props: P) => ComponentChild & object, this.props as P);
    }
  };
}
