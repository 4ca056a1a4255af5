export { accountsEndpoints } from "./endpoints.ts";
export type { AccountsEndpointsOptions, AccountsFault, AccountsListener } from "./endpoints.ts";
export type { HttpStoresTls } from "./exchange.ts";
export { checkHttpStores, httpStores } from "./stores.ts";
export type { HttpCheck, HttpStores, HttpStoresOptions } from "./stores.ts";
