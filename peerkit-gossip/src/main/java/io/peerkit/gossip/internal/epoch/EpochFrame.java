// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import java.util.List;
import java.util.Optional;

/** What travels on an epochs stream: one question, then one answer in parts. */
public sealed interface EpochFrame {
    /**
     * What is behind this snapshot?
     *
     * @param head the last one that the asking side adopted
     */
    record Ask(EpochLedger.Head head) implements EpochFrame {}

    /** Nothing: the answering side's head is the same or an earlier one. */
    record UpToDate() implements EpochFrame {}

    /**
     * The answering side has another statement under the number of the asking side's head.
     *
     * @param statement that one
     */
    record Fork(SignedStatement statement) implements EpochFrame {}

    /**
     * A part of the chain behind the head, in order.
     *
     * @param statements 1 to {@value EpochFrameCodec#MAX_STATEMENTS}
     * @param last whether the lists follow
     * @param listsFrom the first epoch whose lists of added and deleted entries follow; meaningful in the last part
     * @param leap whether the list of all live entries of the last statement comes before them; meaningful in the last part
     */
    record Chain(List<SignedStatement> statements, boolean last, long listsFrom, boolean leap) implements EpochFrame {
        /** Copies the list. */
        public Chain {
            statements = List.copyOf(statements);
        }
    }

    /**
     * A part of the list that is due: live entries if there is a leap, then added and deleted entries of each epoch.
     *
     * @param packed 16 bytes for each digest
     */
    record Digests(byte[] packed) implements EpochFrame {}

    /**
     * Would you sign this? Its lists of added and deleted entries follow.
     *
     * @param statement with the signatures there are, perhaps none
     */
    record Propose(SignedStatement statement) implements EpochFrame {}

    /**
     * Yes.
     *
     * @param signature of the answering side, 64 bytes
     */
    record Signature(byte[] signature) implements EpochFrame {}

    /**
     * No.
     *
     * @param reason a stable kebab-case code
     * @param promised what the answering side has signed for this number; its lists follow
     */
    record Decline(String reason, Optional<SignedStatement> promised) implements EpochFrame {}
}
