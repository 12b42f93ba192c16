// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import org.jspecify.annotations.Nullable;

/** Goes once through a received message, range by range, and writes the answer; both roles share all but the lists. */
abstract sealed class NegentropyPass permits InitiatorPass, ResponderPass {
    final EntrySnapshot set;
    final NegentropyReader in;

    /** Whether a full answer closes where the message's last range ends, not at infinity. */
    private final boolean closesAtEnd;

    NegentropyWriter out;

    /** An answer longer than this takes no further range. */
    final int fullBytes;

    /** Index of the first entry of the next range. */
    private int next;

    /** The end of what is settled but not yet marked as skipped in the answer, if anything is. */
    private @Nullable Bound settled;

    /** The end of the last range that was read. */
    private Bound last = Bound.ZERO;

    NegentropyPass(EntrySnapshot set, NegentropyReader in, int frameBytes, boolean closesAtEnd) {
        this.set = set;
        this.in = in;
        this.closesAtEnd = closesAtEnd;
        this.out = new NegentropyWriter(set);
        this.fullBytes =
                frameBytes == Negentropy.UNLIMITED ? Integer.MAX_VALUE : frameBytes - Negentropy.FRAME_RESERVE_BYTES;
    }

    /** Deals with a list of {@code listed} ids for the entries {@code from} to {@code to}; false closes the answer. */
    abstract boolean answerList(int from, int to, Bound end, int listed);

    /** A range was answered; what was written so far may be cut off behind it. */
    void answered(Bound end) {}

    final byte[] answer() {
        boolean open = true;
        while (open && in.hasMore()) {
            open = answerRange();
        }
        return out.toBytes();
    }

    /** Goes on in a new message, behind {@code end}; gives the one up to there. */
    final byte[] cut(Bound end) {
        byte[] done = out.toBytes();
        out = new NegentropyWriter(set);
        settled = end;
        return done;
    }

    private boolean answerRange() {
        Bound end = in.bound();
        int mode = in.mode();
        int from = next;
        int to = end.indexIn(set);
        next = to;
        last = end;
        boolean open = switch (mode) {
            case Negentropy.SKIP -> settle(end);
            case Negentropy.FINGERPRINT -> answerFingerprint(from, to, end);
            default -> answerList(from, to, end, in.listSize());
        };
        if (open) {
            answered(end);
        }
        return open;
    }

    private boolean answerFingerprint(int from, int to, Bound end) {
        if (set.fingerprint(from, to).matches(in.message, in.fingerprint())) {
            return settle(end);
        }
        skipSettled();
        int mark = out.size();
        out.split(from, to, end);
        if (out.size() <= fullBytes) {
            return true;
        }
        out.truncate(mark);
        return close(from);
    }

    /** Nothing is left to say up to {@code end}. */
    final boolean settle(Bound end) {
        settled = end;
        return true;
    }

    /** Marks what is settled as skipped, so that the next range in the answer starts behind it. */
    final void skipSettled() {
        if (settled != null) {
            out.skip(settled);
            settled = null;
        }
    }

    /** The answer is full: one fingerprint stands for everything from {@code from} on that the message is about. */
    final boolean close(int from) {
        if (!closesAtEnd) {
            out.fingerprint(from, set.size(), Bound.INFINITY);
            return false;
        }
        while (in.hasMore()) {
            last = in.bound();
            switch (in.mode()) {
                case Negentropy.SKIP -> {}
                case Negentropy.FINGERPRINT -> in.fingerprint();
                default -> in.ids(in.listSize());
            }
        }
        out.fingerprint(from, last.indexIn(set), last);
        return false;
    }
}
