/**
 * Connections that may wait to be accepted: as many as the kernel allows (`net.core.somaxconn`, 4,096 on Linux). With
 * Node's 511 it turns some away when a deployment's tabs all come back in one moment.
 */
export const BACKLOG = 65_535;
