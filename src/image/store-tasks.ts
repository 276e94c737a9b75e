// The SQL of tasks.

import { and, asc, desc, eq, isNotNull, lte, type SQL } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import { afterMarker, orderBy, type SortKey } from "../db/page.ts";
import { toMoment } from "./moments.ts";
import type { TaskStatus } from "./states.ts";
import { type TaskInfoRow, type TaskRow, taskInfo, tasks } from "./tables.ts";

export interface Task extends TaskRow {
  info: TaskInfoRow;
}

export interface NewTask {
  id: string;
  type: string;
  owner: string;
  imageId: string | null;
  requestId: string | null;
  userId: string | null;
  input: Record<string, unknown>;
}

export interface TaskQuery {
  /** Null: every project's. */
  owner: string | null;
  status: TaskStatus | null;
  type: string | null;
  sortColumn: "created_at" | "updated_at" | "status" | "type" | "id" | "owner" | "expires_at";
  direction: "asc" | "desc";
  marker: TaskRow | null;
  limit: number;
}

const NO_INFO = { input: null, result: null, message: null };

export class TaskStore {
  readonly db: ProjectDatabase;

  constructor(db: ProjectDatabase) {
    this.db = db;
  }

  get(id: string): Task | null {
    return this.#select(eq(tasks.id, id))[0] ?? null;
  }

  /** Newest first. */
  ofImage(imageId: string): Task[] {
    return this.#select(eq(tasks.image_id, imageId));
  }

  list(query: TaskQuery): Task[] {
    const keys: SortKey[] = [{ column: tasks[query.sortColumn], direction: query.direction }];
    if (query.sortColumn !== "id") keys.push({ column: tasks.id, direction: query.direction });
    const { marker } = query;
    const after = marker
      ? afterMarker(
          keys,
          keys.map(({ column }) => marker[column.name as keyof TaskRow]),
        )
      : undefined;
    const where = and(
      query.owner === null ? undefined : eq(tasks.owner, query.owner),
      query.status === null ? undefined : eq(tasks.status, query.status),
      query.type === null ? undefined : eq(tasks.type, query.type),
      after,
    );
    return this.#select(where, orderBy(keys), query.limit);
  }

  insert(task: NewTask, nowMs: number): void {
    const now = toMoment(nowMs);
    this.db.transaction(() => {
      this.db.orm
        .insert(tasks)
        .values({
          id: task.id,
          type: task.type,
          status: "pending",
          owner: task.owner,
          image_id: task.imageId,
          request_id: task.requestId,
          user_id: task.userId,
          created_at: now,
          updated_at: now,
        })
        .run();
      this.db.orm.insert(taskInfo).values({ task_id: task.id, input: task.input }).run();
    });
  }

  /** @param expiresAtMs set when the task ends */
  update(
    id: string,
    changes: {
      status?: TaskStatus;
      message?: string;
      result?: Record<string, unknown>;
      expiresAtMs?: number;
    },
    nowMs: number,
  ): void {
    const { status, message, result, expiresAtMs } = changes;
    this.db.transaction(() => {
      this.db.orm
        .update(tasks)
        .set({
          updated_at: toMoment(nowMs),
          ...(status === undefined ? {} : { status }),
          ...(expiresAtMs === undefined ? {} : { expires_at: toMoment(expiresAtMs) }),
        })
        .where(eq(tasks.id, id))
        .run();
      const info = {
        ...(message === undefined ? {} : { message }),
        ...(result === undefined ? {} : { result }),
      };
      if (Object.keys(info).length === 0) return;
      this.db.orm.update(taskInfo).set(info).where(eq(taskInfo.task_id, id)).run();
    });
  }

  /** Hides what has expired. */
  prune(nowMs: number): void {
    const now = toMoment(nowMs);
    const expired = and(eq(tasks.deleted, false), isNotNull(tasks.expires_at), lte(tasks.expires_at, now));
    if (this.db.orm.select({ id: tasks.id }).from(tasks).where(expired).limit(1).get() === undefined) return;
    this.db.orm.update(tasks).set({ deleted: true, deleted_at: now }).where(expired).run();
  }

  #select(
    where: SQL | undefined,
    order: SQL[] = [desc(tasks.created_at), asc(tasks.id)],
    limit = -1,
  ): Task[] {
    return this.db.orm
      .select()
      .from(tasks)
      .leftJoin(taskInfo, eq(taskInfo.task_id, tasks.id))
      .where(and(eq(tasks.deleted, false), where))
      .orderBy(...order)
      .limit(limit)
      .all()
      .map((row) => ({ ...row.tasks, info: row.task_info ?? { task_id: row.tasks.id, ...NO_INFO } }));
  }
}
