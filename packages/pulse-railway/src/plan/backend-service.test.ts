import { expect, it } from 'vitest';
import { backendSettings } from './backend-service.ts';

it('a deployment is one replica, healthchecked by its runtime, and overlaps the one before it (R7.11, decision 14)', () => {
	expect(backendSettings({ language: 'javascript' }, { replicas: 1, startCommand: undefined })).toEqual({
		numReplicas: 1,
		startCommand: `sh -c 'exec pulse run "$PULSE_APP_FILE" --prod --address :: --port "\${PORT:-8000}"'`,
		healthcheckPath: '/_pulse/health',
		healthcheckTimeout: 60,
		overlapSeconds: 30,
		drainingSeconds: 30,
	});
});

it('the app may bring its own start command', () => {
	expect(backendSettings({ language: 'python' }, { replicas: 1, startCommand: 'serve' }).startCommand).toBe('serve');
});
