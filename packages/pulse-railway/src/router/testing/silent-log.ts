import { pino } from 'pino';
import { createLog } from '../log.ts';

export const silentLog = createLog(pino({ level: 'silent' }), 'off');
