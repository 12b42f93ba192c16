// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Answers in several messages, each short enough that what the peer says to it fits into a frame. */
final class PipelinedPass extends InitiatorPass {
    private final int answerBytes;
    private final int maxMessages;
    private final List<byte[]> cut = new ArrayList<>();

    PipelinedPass(EntrySnapshot set, NegentropyReader in, int frameBytes, BitSet told, int maxMessages) {
        super(set, in, frameBytes, told, true);
        this.answerBytes = frameBytes / 2;
        this.maxMessages = maxMessages;
    }

    @Override
    void answered(Bound end) {
        boolean full = out.answerBytes() > answerBytes || out.size() > answerBytes;
        if (full && in.hasMore() && cut.size() < maxMessages - 1) {
            cut.add(cut(end));
        }
    }

    /** The messages to send, which may be none. */
    List<byte[]> messages() {
        byte[] last = answer();
        if (last.length > 1) {
            cut.add(last);
        }
        return cut;
    }
}
