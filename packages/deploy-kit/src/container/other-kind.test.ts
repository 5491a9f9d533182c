import { expect, test } from 'vitest';
import { type AppKind, refuseOtherKind } from './other-kind.ts';

const pulse = { id: 'prod-1' };
const container = { id: 'prod-1', container: { affinity: 'tab' } };
const found = (kind: AppKind['container'], kindIsSaid = false) => ({ container: kind, kindIsSaid });
const says = { says: 'An app in a Dockerfile, port 8000' };
const refused = (active: Parameters<typeof refuseOtherKind>[0], wanted: AppKind) =>
	refuseOtherKind(active, wanted, 'give another --deployment-name');

test('A16.8, C1.19: what was only found does not take the place of an app of the other kind; the refusal says how to mean it', () => {
	expect(() => refused(pulse, found(says))).toThrow(
		expect.objectContaining({
			code: 'other-kind',
			message: 'a Pulse app is active (prod-1), and this folder seems to hold a container app',
			detail: expect.stringContaining('An app in a Dockerfile, port 8000'),
			next: expect.stringMatching(/--container, or container = true .*give another --deployment-name\.$/),
		}),
	);
	expect(() => refused(container, found(null))).toThrow(
		expect.objectContaining({
			message: 'a container app is active (prod-1), and this folder seems to hold a Pulse app',
			next: expect.stringContaining('--app-file'),
		}),
	);
});

test('A16.8, C1.19: what was said goes on, and so does an app of the same kind, or the first one', () => {
	expect(() => refused(pulse, found(says, true))).not.toThrow();
	expect(() => refused(container, found(null, true))).not.toThrow();
	expect(() => refused(pulse, found(null))).not.toThrow();
	expect(() => refused(container, found(says))).not.toThrow();
	expect(() => refused(null, found(says))).not.toThrow();
	expect(() => refused(undefined, found(says))).not.toThrow();
});
