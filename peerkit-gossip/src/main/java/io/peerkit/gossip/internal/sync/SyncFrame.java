// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What travels on a sync stream. */
public sealed interface SyncFrame {
    /**
     * What the initiator has.
     *
     * @param version of the protocol
     * @param network the first 8 bytes of its id, most significant first
     * @param scope the set that is reconciled
     * @param epoch the open epoch
     * @param head the first 8 bytes of the hash of the statement that closed the one before it, 0 when there is none
     * @param count how many entries the side has
     * @param fingerprint of them, for this nonce
     * @param nonce of the session
     * @param estimate what the responder needs to guess the number of differences; absent where symbols are not wanted
     * @param deep whether equal fingerprints should be looked into
     * @param pending whether some of what is counted is still on its way into the store
     */
    record Hello(
            int version,
            long network,
            String scope,
            long epoch,
            long head,
            int count,
            Fingerprint fingerprint,
            long nonce,
            Optional<byte[]> estimate,
            boolean deep,
            boolean pending)
            implements SyncFrame {
        Hello(
                int version,
                long network,
                String scope,
                long epoch,
                long head,
                int count,
                Fingerprint fingerprint,
                long nonce,
                Optional<byte[]> estimate,
                boolean deep) {
            this(version, network, scope, epoch, head, count, fingerprint, nonce, estimate, deep, false);
        }
    }

    /** How a session goes on. */
    enum Way {
        /** Both sides have the same: it is over. */
        EQUAL(0),
        /** Both sides seem to have the same; a sum under the session's key follows. */
        CHECK(1),
        /** The side with fewer entries lists its keys. */
        BULK(2),
        /** By coded symbols, the first of which come along. */
        SYMBOLS(3),
        /** By ranges. */
        RANGES(4);

        /** On the wire; the largest is {@value #MAX_CODE}. */
        final int code;

        static final int MAX_CODE = 4;

        Way(int code) {
            this.code = code;
        }

        static Way of(int code) {
            return Arrays.stream(values())
                    .filter(way -> way.code == code)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * The responder's answer to a hello.
     *
     * @param way how to go on
     * @param count how many entries the responder has; zero and not sent where both have as many
     * @param symbols the first coded symbols; empty unless they are the way
     * @param pending as in the hello; told where both have the same
     */
    record Answer(Way way, int count, byte[] symbols, boolean pending) implements SyncFrame {
        Answer(Way way, int count, byte[] symbols) {
            this(way, count, symbols, false);
        }

        static Answer of(Way way, int count) {
            return new Answer(way, count, new byte[0]);
        }
    }

    /**
     * Asks for more coded symbols.
     *
     * @param upTo how many there are to be in all
     */
    record More(int upTo) implements SyncFrame {}

    /**
     * The next coded symbols.
     *
     * @param symbols 12 bytes each
     */
    record Symbols(byte[] symbols) implements SyncFrame {}

    /**
     * Entries that the sender asks for by their short ids.
     *
     * @param shortIds packed, 8 bytes each, most significant first
     */
    record WantShort(byte[] shortIds) implements SyncFrame {}

    /**
     * The sum of a deep check.
     *
     * @param sum 16 bytes
     */
    record Sum(byte[] sum) implements SyncFrame {}

    /** Another session between the two is under way. */
    record Busy() implements SyncFrame {}

    /**
     * A part of the keys of the smaller side, in order.
     *
     * @param keys packed, 40 bytes each
     * @param after begin behind this key: the smaller side has all before it from an earlier session; in the first part only
     * @param last whether this was the last part
     */
    record Keys(byte[] keys, Optional<EntryKey> after, boolean last) implements SyncFrame {}

    /**
     * A message of range-based reconciliation.
     *
     * @param message in the Negentropy V1 wire profile
     */
    record Reconcile(byte[] message) implements SyncFrame {}

    /**
     * Entries that the sender asks for.
     *
     * @param ids packed, 32 bytes each
     */
    record Want(byte[] ids) implements SyncFrame {}

    /** Entries. */
    record Entries(List<WireEntry> entries) implements SyncFrame {}

    /** The sender has sent all. */
    record Done() implements SyncFrame {}

    /**
     * The sender, who leads, has found entries that the receiver lacks, and sends them.
     *
     * @param entries how many, beside those of earlier offers; it may turn out to have fewer
     */
    record Offer(int entries) implements SyncFrame {}

    /**
     * What became of the entries that the receiver sent.
     *
     * @param entries how many of them the sender has stored so far, or has no need to store
     * @param state whether more will be told
     */
    record Stored(long entries, State state) implements SyncFrame {
        /** What follows. */
        enum State {
            /** More will be told. */
            GOING(0),
            /** This is the last, and nothing of what came was lost. */
            WHOLE(1),
            /** This is the last, and something could not be stored, or was wrong. */
            LOST(2);

            /** On the wire; the largest is {@value #MAX_CODE}. */
            final int code;

            static final int MAX_CODE = 2;

            State(int code) {
                this.code = code;
            }

            static State of(int code) {
                return Arrays.stream(values())
                        .filter(state -> state.code == code)
                        .findFirst()
                        .orElseThrow();
            }
        }
    }

    /**
     * The sender cannot have this session.
     *
     * @param reason a stable kebab-case code
     */
    record Refuse(String reason) implements SyncFrame {}
}
