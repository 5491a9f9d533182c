import type { BriefLock } from '../stack/lock.ts';
import type { ReaperAws } from './observe.ts';

/** The deploy lock, for what moves visitors: no command is at work then. */
export type DeployLock = BriefLock<ReaperAws>;
