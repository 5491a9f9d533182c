/** Docker would refuse this Dockerfile too; the message says why. */
export class DockerfileError extends Error {}
