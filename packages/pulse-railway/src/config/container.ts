import * as kit from 'pulse-deploy-kit/container/settings';

const PREFIX = 'PULSE_RAILWAY';

/** Whether the app is one. */
export const containerSetting = kit.containerSetting(PREFIX);

/** What only a container app is asked. */
export const containerSettings = kit.containerSettings(PREFIX);
