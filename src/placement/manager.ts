// The parts of the placement service, made and wired in one place.

import type { ServiceContext } from "../core/service.ts";
import { Allocations } from "./allocations.ts";
import { placementSection } from "./config.ts";
import { Names } from "./names.ts";
import { ProviderIndex } from "./provider-index.ts";
import { Providers } from "./providers.ts";
import { PlacementStore } from "./store.ts";

export interface Placement {
  store: PlacementStore;
  index: ProviderIndex;
  names: Names;
  providers: Providers;
  allocations: Allocations;
  settings: { randomize: boolean; incompleteProjectId: string; incompleteUserId: string };
}

export function makePlacement(context: ServiceContext): Placement {
  const { clock, ids, log } = context;
  const config = context.config(placementSection);
  const store = new PlacementStore(context.db);
  const index = new ProviderIndex(store);
  return {
    store,
    index,
    names: new Names({ store, index, clock }),
    providers: new Providers({ store, index, clock, ids, log }),
    allocations: new Allocations({ store, index, clock }),
    settings: {
      randomize: config.PLACEMENT_RANDOMIZE_CANDIDATES,
      incompleteProjectId: config.PLACEMENT_INCOMPLETE_PROJECT_ID,
      incompleteUserId: config.PLACEMENT_INCOMPLETE_USER_ID,
    },
  };
}
