// /v2/tasks: for administrators, to look at, and to import as it was done before 2018.

import { CloudError, Invalid } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { TaskStatus } from "../states.ts";
import type { TaskQuery } from "../store-tasks.ts";
import { readJsonBody, validate } from "./bodies.ts";
import { last, pageLinks, parseLimit, sortDirection } from "./list-query.ts";
import type { ImageApi } from "./parts.ts";
import { asTSchema, TASK } from "./schemas.ts";
import { taskStub, taskView } from "./views.ts";

const STATUSES = ["pending", "processing", "success", "failure"];
const SORTABLE = ["created_at", "updated_at", "status", "type", "id", "owner", "expires_at"];

export function taskRoutes({ tasks, legacyImport, limits }: ImageApi): Route[] {
  async function createTask(call: Call): Promise<Reply> {
    const body = (await readJsonBody(call)) as Record<string, unknown>;
    for (const name of ["type", "input"]) {
      if (!(name in body)) throw new Invalid(`Task '${name}' is required`);
    }
    validate(asTSchema(TASK), body);
    const input = body["input"];
    if (typeof input !== "object" || input === null) throw new Invalid("Task 'input' is required");
    const task = await legacyImport.create(call, String(body["type"]), input as Record<string, unknown>);
    return json(201, taskView(task), { location: `/v2/tasks/${task.id}` });
  }

  function listTasks(call: Call): Reply {
    const { query } = call;
    const status = last(query, "status");
    if (status && !STATUSES.includes(status)) throw new Invalid(`Invalid status value: ${status}`);
    const type = last(query, "type");
    if (type && type !== "import") throw new Invalid(`Invalid type value: ${type}`);
    const marker = last(query, "marker");
    if (marker && !isUuidLike(marker)) throw new Invalid("Invalid marker format");
    const sortKey = last(query, "sort_key") ?? "created_at";
    if (!SORTABLE.includes(sortKey)) throw new Invalid("Sort key supplied was not valid.");
    const limit = parseLimit(last(query, "limit"), limits);
    const page = tasks.list(call, {
      status: (status || null) as TaskStatus | null,
      type: type || null,
      sortColumn: sortKey as TaskQuery["sortColumn"],
      direction: sortDirection(last(query, "sort_dir") ?? "desc"),
      marker,
      limit,
    });
    const next = page.length > 0 && page.length === limit ? page.at(-1)!.id : null;
    return json(200, {
      tasks: page.map(taskStub),
      ...pageLinks("/v2/tasks", query, next),
      schema: "/v2/schemas/tasks",
    });
  }

  function showTask(call: Call): Reply {
    return json(200, taskView(tasks.show(call, call.param("task_id"))));
  }

  function deleteTask(): Reply {
    throw new CloudError(
      "method-not-allowed",
      "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching the time based on their expires_at property.",
      { headers: { allow: "GET" } },
    );
  }

  const access = "tasks_api_access";
  return [
    { method: "GET", path: "/v2/tasks", handler: listTasks, access },
    { method: "POST", path: "/v2/tasks", handler: createTask, access },
    { method: "GET", path: "/v2/tasks/:task_id", handler: showTask, access },
    { method: "DELETE", path: "/v2/tasks/:task_id", handler: deleteTask, access },
  ];
}
