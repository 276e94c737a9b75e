// Interoperable import: data comes from the staging area, from the web, from another image or another store, and goes
// into one or several stores. Each import is a task; the task, the lock on the image and the message that carries it out
// are committed together, and whoever finds the message again after a crash goes on from the state it finds. Authority:
// `import_image` in glance/api/v2/images.py, glance/async_/flows/api_image_import.py of Zed.

import type { Bus, Delivery, Subscription } from "../core/bus.ts";
import type { RequestContext } from "../core/context.ts";
import { Conflict, Invalid, messageOf } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import { type Access, type Caller, enforce, enforceAsOwner } from "./access.ts";
import { hashed } from "./data.ts";
import { type ImportInput, type ImportRequest, importTargets, requireReady } from "./import-request.ts";
import { ImportSources, type ImportSourcesParts } from "./import-sources.ts";
import { fromMoment } from "./moments.ts";
import { IMPORT_TASK } from "./patch.ts";
import type { ProjectLimits } from "./project-limits.ts";
import { type ImageRecord, storesOf } from "./records.ts";
import type { Task, TaskStore } from "./store-tasks.ts";
import type { Stores } from "./stores/registry.ts";

export interface ImportsParts extends ImportSourcesParts {
  tasks: TaskStore;
  access: Access;
  limits: ProjectLimits;
  stores: Stores;
  bus: Bus;
  ids: Ids;
  log: Logger;
  /** Hours an ended task stays visible. */
  taskHours: number;
}

const TOPIC = "glance";
const METHOD = "import_image";
/** glance-api.conf: task_pool_threads */
const CONCURRENCY = 16;
const IMPORTING = "os_glance_importing_to_stores";
const FAILED = "os_glance_failed_import";
/** A lock is broken when its task has not moved for so long; twice that when it has not even begun. */
const LOCK_MS = 60 * 60 * 1000;

export class Imports {
  #parts: ImportsParts;
  #sources: ImportSources;
  #subscription: Subscription | null = null;

  constructor(parts: ImportsParts) {
    this.#parts = parts;
    this.#sources = new ImportSources(parts);
  }

  /** Takes up what waits, first of all. */
  start(): void {
    this.#recover();
    const run = (_: RequestContext, args: { taskId: string }, delivery: Delivery) =>
      this.#run(args.taskId, delivery);
    this.#subscription = this.#parts.bus.consume(TOPIC, {
      handlers: { [METHOD]: run },
      concurrency: CONCURRENCY,
    });
  }

  /** What is in hand is left as it is, to be taken up again. */
  async stop(): Promise<void> {
    await this.#subscription?.stop(0);
    this.#subscription = null;
  }

  /**
   * Accepts an import; it happens later.
   * @param headerStore `X-Image-Meta-Store`
   * @throws ImageNotFound, Conflict, Forbidden, Invalid
   */
  async accept(
    caller: Caller,
    imageId: string,
    request: ImportRequest,
    headerStore: string | null,
  ): Promise<void> {
    const { store, tasks, access, bus, ids, clock, external, stores } = this.#parts;
    const method = request.method.name;
    this.#parts.limits.enforce(caller.context.projectId, "image_size_total");
    let image = access.visible(caller, imageId);
    requireReady(image, request);
    if (method === "copy-image") enforce(caller, "copy_image", image);
    else enforceAsOwner(caller, "modify_image", image);
    const targets = importTargets(stores, image, request, headerStore);
    if (targets.length === 0) {
      // Nothing to copy. Glance says nothing more; clients wait for the list of stores to become empty.
      this.#listStores(imageId, {});
      return;
    }
    const { uri } = request.method;
    if (method === "web-download") {
      await external.check(String(uri ?? "")).catch((cause) => {
        throw new Invalid(`URI for web-download does not pass filtering: ${uri ?? "None"}`, { cause });
      });
      image = access.visible(caller, imageId);
      requireReady(image, request);
    }
    const taskId = ids.uuid();
    const { context } = caller;
    const input: ImportInput = { image_id: imageId, import_req: request, backend: targets };
    store.db.transaction(() => {
      this.#takeLock(image, taskId);
      tasks.insert(
        {
          id: taskId,
          type: "api_image_import",
          owner: context.projectId ?? "",
          imageId,
          requestId: context.requestId,
          userId: context.userId,
          input: input as unknown as Record<string, unknown>,
        },
        clock.now(),
      );
      bus.cast(context, TOPIC, METHOD, { taskId });
    });
  }

  /** One import at a time. @throws Conflict */
  #takeLock(image: ImageRecord, taskId: string): void {
    const { store, tasks, clock, log } = this.#parts;
    const holder = image.properties[IMPORT_TASK];
    if (holder !== undefined) {
      const task = tasks.get(holder);
      const limitMs = task?.status === "pending" ? 2 * LOCK_MS : LOCK_MS;
      if (task && clock.now() - fromMoment(task.updated_at) < limitMs)
        throw new Conflict("Image has active task");
      if (task?.status === "pending" || task?.status === "processing") {
        this.#end(task.id, "failure", "Expired lock preempted");
      }
      log.warning(null, `Image ${image.row.id} has stale import task ${holder}; removed its lock`);
    }
    store.setProperty(image.row.id, IMPORT_TASK, taskId, clock.now());
  }

  async #run(taskId: string, delivery: Delivery): Promise<void> {
    const { tasks, store, clock, log } = this.#parts;
    const task = tasks.get(taskId);
    if (!task || task.status === "success" || task.status === "failure") return;
    const input = task.info.input as unknown as ImportInput;
    if (task.status === "pending") tasks.update(taskId, { status: "processing" }, clock.now());
    const image = store.image(input.image_id);
    if (!image || image.properties[IMPORT_TASK] !== taskId) {
      this.#end(
        taskId,
        "failure",
        image ? "Task was aborted externally" : `No image found with ID ${input.image_id}`,
      );
      return;
    }
    try {
      await this.#import(task, image, input, delivery);
      log.info(null, `Import task ${taskId} of image ${input.image_id} succeeded`);
    } catch (error) {
      // Being stopped is no failure: the message stays and is taken up again.
      if (delivery.signal.aborted) return;
      log.warning(null, `Import task ${taskId} of image ${input.image_id} failed: ${messageOf(error)}`);
      this.#revert(task, input, messageOf(error));
    }
  }

  async #import(task: Task, image: ImageRecord, input: ImportInput, delivery: Delivery): Promise<void> {
    const { store, staging } = this.#parts;
    const { id } = image.row;
    const copying = input.import_req.method.name === "copy-image";
    this.#begin(image, input, copying);
    const source = await this.#sources.open(id, task, input, delivery.signal);
    const mustSucceed = input.import_req.all_stores_must_succeed ?? true;
    for (const name of input.backend) {
      const current = store.image(id);
      if (!current) throw new Error("Image has been deleted, aborting import.");
      if (!storesOf(current).includes(name)) {
        try {
          await this.#importTo(current, name, source(), mustSucceed, input, copying);
        } catch (error) {
          if (mustSucceed || delivery.signal.aborted) throw error;
          this.#listStores(id, { failed: [name], done: [name] });
        }
      } else this.#listStores(id, { done: [name] });
    }
    const done = store.image(id);
    if (done && done.row.status !== "active" && done.locations.length > 0) {
      store.update(id, { status: "active" }, this.#now(), "importing");
    }
    if (store.image(id)?.row.status !== "active") throw new Error("None of the uploads finished!");
    store.db.transaction(() => {
      this.#end(task.id, "success", undefined, { image_id: id });
      store.removeProperty(id, IMPORT_TASK, this.#now());
    });
    if (!copying) staging.remove(staging.urlOf(id));
  }

  #begin(image: ImageRecord, input: ImportInput, copying: boolean): void {
    const { store } = this.#parts;
    const { id, status } = image.row;
    store.db.transaction(() => {
      if (!copying && status !== "importing") store.update(id, { status: "importing" }, this.#now(), status);
      this.#listStores(id, { importing: input.backend });
    });
  }

  async #importTo(
    image: ImageRecord,
    storeName: string,
    source: { data: AsyncIterable<Uint8Array>; sizeBytes: number },
    mustSucceed: boolean,
    input: ImportInput,
    copying: boolean,
  ): Promise<void> {
    const { store, data, stores } = this.#parts;
    const { id } = image.row;
    const target = stores.forUpload(storeName);
    const received = await data.receiveInto(image, source.data, source.sizeBytes, target);
    const last = input.backend.at(-1) === storeName;
    const saved = store.db.transaction(() => {
      const current = store.image(id);
      if (!current) return false;
      const activate = !copying && current.row.status === "importing" && (last || !mustSucceed);
      const changes = copying ? {} : hashed(received);
      store.update(id, { ...changes, ...(activate ? { status: "active" as const } : {}) }, this.#now());
      store.addLocation(id, received.url, { store: storeName }, this.#now());
      this.#listStores(id, { done: [storeName] });
      return true;
    });
    if (saved) return;
    target.remove(received.url);
    throw new Error("Image has been deleted, aborting import.");
  }

  /** The image is queued again (or as it was, for a copy), without what this import brought. */
  #revert(task: Task, input: ImportInput, message: string): void {
    const { store, stores, staging } = this.#parts;
    const { image_id: id, backend, import_req } = input;
    const image = store.image(id);
    const copying = import_req.method.name === "copy-image";
    const dropped = copying ? [] : (image?.locations ?? []);
    store.db.transaction(() => {
      this.#end(task.id, "failure", message);
      if (!image) return;
      this.#listStores(id, { done: backend, failed: backend });
      store.removeProperty(id, IMPORT_TASK, this.#now());
      if (copying || image.row.status !== "importing") return;
      store.setLocations(id, [], this.#now());
      const none = {
        size: null,
        virtual_size: null,
        checksum: null,
        os_hash_algo: null,
        os_hash_value: null,
      };
      store.update(id, { status: "queued", ...none }, this.#now(), "importing");
    });
    for (const location of dropped) stores.of(location)?.remove(location.url);
    if (!copying) staging.remove(staging.urlOf(id));
  }

  /** Keeps the lists of stores that an import works on and has failed for, as properties of the image. */
  #listStores(id: string, change: { importing?: string[]; done?: string[]; failed?: string[] }): void {
    const { store } = this.#parts;
    const image = store.image(id);
    if (!image) return;
    const listed = (name: string) =>
      (image.properties[name] ?? "").split(",").filter((entry) => entry !== "");
    const importing = new Set([...listed(IMPORTING), ...(change.importing ?? [])]);
    const failed = new Set([...listed(FAILED), ...(change.failed ?? [])]);
    for (const name of change.done ?? []) importing.delete(name);
    for (const name of change.importing ?? []) failed.delete(name);
    store.setProperty(id, IMPORTING, [...importing].sort().join(","), this.#now());
    store.setProperty(id, FAILED, [...failed].sort().join(","), this.#now());
  }

  #end(
    taskId: string,
    status: "success" | "failure",
    message?: string,
    result?: Record<string, unknown>,
  ): void {
    const { tasks, clock, taskHours } = this.#parts;
    const expiresAtMs = clock.now() + taskHours * 3_600_000;
    tasks.update(
      taskId,
      { status, expiresAtMs, ...(message === undefined ? {} : { message }), ...(result ? { result } : {}) },
      clock.now(),
    );
  }

  /** An image that is importing although no message says so (somebody removed it) is queued again. */
  #recover(): void {
    const { store, bus } = this.#parts;
    const waiting = new Set((bus.waiting(TOPIC, METHOD) as { taskId: string }[]).map(({ taskId }) => taskId));
    for (const id of store.idsByStatus("importing")) {
      const lock = store.image(id)?.properties[IMPORT_TASK];
      if (lock !== undefined && waiting.has(lock)) continue;
      if (lock !== undefined) store.removeProperty(id, IMPORT_TASK, this.#now());
      store.update(id, { status: "queued", size: null, virtual_size: null }, this.#now(), "importing");
    }
  }

  #now(): number {
    return this.#parts.clock.now();
  }
}
