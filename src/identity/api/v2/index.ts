// v2.0 of the Identity API, as Keystone had it until Ocata: tenants instead of projects, everything in the default
// domain, rights asked by the one rule `admin_required`. The courses are written for it.

import type { Route } from "../../../http/api.ts";
import type { Identity } from "../../manager.ts";
import { catalogRoutes } from "./catalog.ts";
import { ec2Routes } from "./ec2.ts";
import { extensionRoutes } from "./extensions.ts";
import { roleRoutes } from "./roles.ts";
import { tenantRoutes } from "./tenants.ts";
import { tokenRoutes } from "./tokens.ts";
import { userRoutes } from "./users.ts";

export function v2Routes(identity: Identity): Route[] {
  return [
    ...extensionRoutes(),
    ...tokenRoutes(identity),
    ...tenantRoutes(identity),
    ...userRoutes(identity),
    ...roleRoutes(identity),
    ...catalogRoutes(identity),
    ...ec2Routes(identity),
  ];
}
