import { needPackages } from 'pulse-deploy-kit/optional-packages';

/** What the packaged CDK app is written with. */
export const SYNTHESIS = ['aws-cdk-lib', 'constructs'] as const;

/**
 * The CDK takes some 170 MB, and an app that imports the plugin must not carry them: it is installed only where the baseline
 * is made or updated. Optional peers, because npm installs optional dependencies everywhere.
 */
export const needCdk = (...names: readonly string[]): void =>
	needPackages({
		what: 'A deploy that makes or updates the baseline',
		names,
		from: import.meta.url,
		manifest: '../../package.json',
	});
