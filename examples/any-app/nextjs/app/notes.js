export const version = process.env.PULSE_DEPLOYMENT_ID ?? 'of this machine';

globalThis.notes ??= []; // in the memory of this version
export const { notes } = globalThis;
