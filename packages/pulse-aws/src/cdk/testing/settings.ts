import type { BaselineSettings } from '../settings.ts';

/** A baseline as most have it. */
export const SETTINGS: BaselineSettings = {
	deploymentName: 'prod',
	certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
	allowedCidrs: [],
	nat: 'gateway',
	idleTimeoutSeconds: 900,
	secretArns: [],
	reaperScheduleMinutes: 1,
	reaperMaxAgeHours: 1,
	rollbackWindowSeconds: 3600,
	rollbackKeep: 1,
	reaperDeploymentTimeoutHours: 1,
	verificationSalt: 'f'.repeat(32),
	verificationToken: '0123456789abcdef',
};
