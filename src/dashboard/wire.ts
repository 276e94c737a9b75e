// What the dashboard's own server and its pages say to each other. The pages import this too.

import type { LogLine } from "../core/log.ts";
import type { DriverChoice, ServiceStatus } from "../core/service.ts";

export const MOUNT = "/dashboard";

/** Below the mount point: the dashboard's own API, and the cloud's APIs with the session's token. */
export const API = "/api";
export const CLOUD = "/cloud";

/** A page of another origin cannot send it without being allowed to, and nobody is. */
export const GUARD_HEADER = "x-requested-with";
export const GUARD_VALUE = "XMLHttpRequest";

export interface ProjectRef {
  id: string;
  name: string;
}

/** Who is signed in. The token itself stays on the server's side. */
export interface Session {
  user: { id: string; name: string; domain: string };
  project: ProjectRef;
  /** All that the user could switch to. */
  projects: ProjectRef[];
  roles: string[];
  isAdmin: boolean;
  /** Catalog types of the enabled services: `compute`, `volumev3`. */
  services: string[];
  region: string;
  /** The identity service's public address, for files that clients source. */
  authUrl: string;
}

/** `GET /api/session`. Null: nobody is, which a page that is just opened may ask. */
export interface SessionView {
  session: Session | null;
}

export interface SignInRequest {
  user: string;
  password: string;
  /** Name of the user's domain; `Default` when absent. */
  domain?: string;
  /** Id of the project to begin in, when the user still may. */
  project?: string;
}

export interface SwitchProjectRequest {
  project: string;
}

/** `GET /api/services`, for administrators. */
export interface ServicesView {
  driver: DriverChoice;
  services: ServiceStatus[];
  queues: { project: string; topic: string; messages: number; consumers: number }[];
}

export type ServiceVerb = "start" | "stop" | "restart";

/** `GET /api/logs` answers one of these a line, and an empty line now and then. */
export type { LogLine, ServiceStatus };

export interface ErrorBody {
  error: { code: number; title: string; message: string };
}
