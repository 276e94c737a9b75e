// The rules for resource classes and traits.

import type { Clock } from "../core/clock.ts";
import { sqlSeconds } from "../core/times.ts";
import { PlacementError, ResourceClassNotFound, TraitNotFound } from "./errors.ts";
import type { ProviderIndex } from "./provider-index.ts";
import { FIRST_CUSTOM_CLASS_ID, STANDARD_CLASSES, standardTraits } from "./standards.ts";
import type { PlacementStore } from "./store.ts";
import type { ResourceClassRow, TraitRow } from "./tables.ts";

export class ResourceClassExists extends PlacementError {
  constructor(name: string) {
    super("conflict", `Conflicting resource class already exists: ${name}`);
  }
}

export class Names {
  #store: PlacementStore;
  #index: ProviderIndex;
  #clock: Clock;

  constructor(parts: { store: PlacementStore; index: ProviderIndex; clock: Clock }) {
    this.#store = parts.store;
    this.#index = parts.index;
    this.#clock = parts.clock;
  }

  /** Writes the standard names that a new or older database lacks. */
  ensureStandards(): void {
    const { classes, traits } = this.#index.current();
    const missingClasses = STANDARD_CLASSES.map((name, id) => ({ name, id })).filter(
      ({ name }) => !classes.byName.has(name),
    );
    const missingTraits = standardTraits().filter((name) => !traits.byName.has(name));
    if (missingClasses.length === 0 && missingTraits.length === 0) return;
    this.#store.db.transaction(() => this.#store.addStandards(missingClasses, missingTraits, this.#now()));
  }

  classes(): ResourceClassRow[] {
    return this.#store.classes.list();
  }

  /** @throws ResourceClassNotFound */
  class(name: string): ResourceClassRow {
    const id = this.#index.current().classes.byName.get(name);
    const row = id === undefined ? null : this.#store.classes.get(id);
    if (!row) throw new ResourceClassNotFound(name);
    return row;
  }

  /** A custom class. @throws ResourceClassExists */
  createClass(name: string): ResourceClassRow {
    const { classes } = this.#index.current();
    if (classes.byName.has(name)) throw new ResourceClassExists(name);
    const id = this.#store.nextClassId(FIRST_CUSTOM_CLASS_ID);
    const row = this.#store.classes.insert({ id, name, created_at: this.#now() });
    classes.set(id, name);
    this.#index.written();
    return row;
  }

  /** Microversions 1.2 to 1.6. @throws ResourceClassNotFound, ResourceClassExists */
  renameClass(name: string, newName: string): ResourceClassRow {
    const row = this.class(name);
    const { classes } = this.#index.current();
    if (row.id < FIRST_CUSTOM_CLASS_ID)
      throw new PlacementError("invalid", `Cannot update standard resource class ${name}`);
    const taken = classes.byName.get(newName);
    if (taken !== undefined && taken !== row.id)
      throw new PlacementError("conflict", `Resource class already exists: ${newName}`);
    const changed = this.#store.classes.update(row.id, { name: newName, updated_at: this.#now() });
    classes.set(row.id, newName);
    this.#index.written();
    return changed ?? row;
  }

  /** @throws ResourceClassNotFound; PlacementError for a standard class or one in use */
  deleteClass(name: string): void {
    const row = this.class(name);
    const { classes } = this.#index.current();
    if (row.id < FIRST_CUSTOM_CLASS_ID) {
      throw new PlacementError(
        "invalid",
        `Error in delete resource class: Cannot delete standard resource class ${name}.`,
      );
    }
    if (this.#store.classUsed(row.id)) {
      throw new PlacementError(
        "conflict",
        `Error in delete resource class: Cannot delete resource class ${name}. Class is in use in inventory.`,
      );
    }
    this.#store.classes.remove(row.id);
    classes.delete(row.id);
    this.#index.written();
  }

  traits(filter: { names?: readonly string[]; prefix?: string; associated?: boolean }): TraitRow[] {
    return this.#store.traitsLike(filter);
  }

  /** @throws TraitNotFound */
  trait(name: string): TraitRow {
    const id = this.#index.current().traits.byName.get(name);
    const row = id === undefined ? null : this.#store.traits.get(id);
    if (!row) throw new TraitNotFound(name);
    return row;
  }

  /** The trait, and whether it is new. */
  ensureTrait(name: string): { row: TraitRow; created: boolean } {
    const { traits } = this.#index.current();
    if (traits.byName.has(name)) return { row: this.trait(name), created: false };
    const row = this.#store.traits.insert({ name, created_at: this.#now() });
    traits.set(row.id, name);
    this.#index.written();
    return { row, created: true };
  }

  /** @throws TraitNotFound; PlacementError for a standard trait or one in use */
  deleteTrait(name: string): void {
    const row = this.trait(name);
    const { traits } = this.#index.current();
    if (!name.startsWith("CUSTOM_"))
      throw new PlacementError("invalid", `Cannot delete standard trait ${name}.`);
    if (this.#store.traitUsed(row.id)) {
      throw new PlacementError("conflict", `The trait ${name} is in use by a resource provider.`);
    }
    this.#store.traits.remove(row.id);
    traits.delete(row.id);
    this.#index.written();
  }

  #now(): string {
    return sqlSeconds(this.#clock.now());
  }
}
