// The way to the Compute API, with the microversion in which the pages talk to it.

import { api } from "./http.ts";

/** Key pairs are generated up to 2.91; the rest is alike until the newest. */
export const compute = api("/compute/v2.1", { "openstack-api-version": "compute 2.90" });
