// Looking at tasks.

import type { Clock } from "../core/clock.ts";
import { Invalid, NotFound } from "../core/errors.ts";
import { type Access, type Caller, enforce, isAdmin } from "./access.ts";
import { Hidden } from "./errors.ts";
import type { Task, TaskQuery, TaskStore } from "./store-tasks.ts";

export interface TasksParts {
  tasks: TaskStore;
  access: Access;
  clock: Clock;
}

export class Tasks {
  #parts: TasksParts;

  constructor(parts: TasksParts) {
    this.#parts = parts;
  }

  /** @throws NotFound */
  show(caller: Caller, id: string): Task {
    this.#prune();
    const task = this.#parts.tasks.get(id);
    if (task && isVisible(caller, task)) return task;
    throw new NotFound(`No task found with ID ${id}`);
  }

  /** @throws Invalid for a marker that is not there */
  list(caller: Caller, query: Omit<TaskQuery, "marker" | "owner"> & { marker: string | null }): Task[] {
    this.#prune();
    const marker = query.marker === null ? null : this.#parts.tasks.get(query.marker);
    if (query.marker !== null && !marker) throw new Invalid(`No task found with ID ${query.marker}`);
    const owner = isAdmin(caller) ? null : caller.context.projectId;
    return this.#parts.tasks.list({ ...query, marker, owner });
  }

  /** Those of one image that the caller may know. @throws Hidden */
  ofImage(caller: Caller, imageId: string): Task[] {
    const { access, tasks } = this.#parts;
    try {
      enforce(caller, "get_image", access.visible(caller, imageId));
    } catch (error) {
      throw error instanceof NotFound ? new Hidden() : error;
    }
    this.#prune();
    return tasks.ofImage(imageId).filter((task) => isVisible(caller, task));
  }

  #prune(): void {
    this.#parts.tasks.prune(this.#parts.clock.now());
  }
}

function isVisible(caller: Caller, task: Task): boolean {
  return isAdmin(caller) || task.owner === caller.context.projectId;
}
