// The placement service's settings. Authority for options: placement.conf of Zed.

import { key, section } from "../config/keys.ts";

export const placementSection = section("placement", "Placement", {
  PLACEMENT_RANDOMIZE_CANDIDATES: key.bool(
    "False",
    "Give allocation candidates in random order instead of the order in which the providers were made.",
    { option: "placement.conf/placement/randomize_allocation_candidates" },
  ),
  PLACEMENT_INCOMPLETE_PROJECT_ID: key.text(
    "00000000-0000-0000-0000-000000000000",
    "Project noted for allocations of API versions below 1.8, which name none.",
    { option: "placement.conf/placement/incomplete_consumer_project_id" },
  ),
  PLACEMENT_INCOMPLETE_USER_ID: key.text(
    "00000000-0000-0000-0000-000000000000",
    "User noted for allocations of API versions below 1.8, which name none.",
    { option: "placement.conf/placement/incomplete_consumer_user_id" },
  ),
});
