// How a volume or snapshot is called: many have no name.

export function nameOf({ name, id }: { name: string | null; id: string }): string {
  return name || id;
}
