// `/info`: what this object store can do. Each middleware publishes itself when it is made.
// Authority: swift/common/registry.py.

export class InfoRegistry {
  #public = new Map<string, Record<string, unknown>>();
  #admin = new Map<string, Record<string, unknown>>();

  register(name: string, facts: Record<string, unknown>, adminOnly = false): void {
    const target = adminOnly ? this.#admin : this.#public;
    target.set(name, { ...target.get(name), ...facts });
  }

  /** @param disallowed sections or `section.key` that are hidden */
  facts(admin: boolean, disallowed: readonly string[] = []): Record<string, unknown> {
    const all: Record<string, unknown> = {};
    for (const [name, facts] of this.#public) if (!disallowed.includes(name)) all[name] = { ...facts };
    for (const entry of disallowed) {
      const dot = entry.indexOf(".");
      const section = dot < 0 ? undefined : (all[entry.slice(0, dot)] as Record<string, unknown> | undefined);
      if (section) delete section[entry.slice(dot + 1)];
    }
    if (admin) all["admin"] = { ...Object.fromEntries(this.#admin), disallowed_sections: [...disallowed] };
    return all;
  }
}
