/** The published Python client sends the slash at the end. */
export const GRAPHQL_PATH = /^\/graphql\/v2\/?$/;
