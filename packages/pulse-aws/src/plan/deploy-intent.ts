import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import type { PreviewTerms } from 'pulse-deploy-kit/preview';

export interface DeployIntent {
	readonly id: string;
	/** Health and answers are waited for. */
	readonly verified: boolean;
	/** A page that must give no server error; `null` or absent: none is asked for. */
	readonly page?: string | null;
	/** Listener rules that it takes. Default 1 */
	readonly rules?: number;
	/** It becomes a preview. Default: active */
	readonly preview?: PreviewTerms | null;
	/** It is to be a canary. */
	readonly canary?: CanaryTerms | undefined;
	/** It takes the place of those of its lane that are being made. */
	readonly supersede?: boolean;
	/** Where notices go, as it may be shown; `null`: none are sent. Absent: that stays as it is. */
	readonly notices?: string | null;
	/** Shown when the baseline is created. */
	readonly cost: readonly string[];
}

export interface CutOverIntent extends Pick<DeployIntent, 'id' | 'verified' | 'preview' | 'canary'> {
	/** That visitors are to be served with. */
	readonly certificateArn: string | null;
}
