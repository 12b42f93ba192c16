// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.gossip.internal.reconcile.Entries.Entry;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** One reconciliation from beginning to end, every message kept. */
final class Session {
    final List<byte[]> messages = new ArrayList<>();
    final TreeSet<Entry> have = new TreeSet<>();
    final TreeSet<BigInteger> need = new TreeSet<>();
    int rounds;
    private final boolean framed;

    private Session(boolean framed) {
        this.framed = framed;
    }

    static Session run(EntrySnapshot initiatorSet, EntrySnapshot responderSet, int initiatorFrame, int responderFrame) {
        Session session = new Session(initiatorFrame + responderFrame > 0);
        NegentropyInitiator initiator = new NegentropyInitiator(initiatorSet, initiatorFrame);
        NegentropyResponder responder = new NegentropyResponder(responderSet, responderFrame);
        int smallestFrame = initiatorFrame == 0 || responderFrame == 0
                ? Math.max(initiatorFrame, responderFrame)
                : Math.min(initiatorFrame, responderFrame);
        int most = Negentropy.maxRounds(initiatorSet.size(), responderSet.size(), smallestFrame);
        byte[] message = initiator.initiate();
        while (true) {
            session.keep(message, initiatorFrame);
            byte[] answer = responder.reconcile(message);
            session.keep(answer, responderFrame);
            NegentropyStep step = initiator.reconcile(answer);
            session.learn(initiatorSet, step);
            if (step.next().isEmpty()) {
                session.rounds = initiator.rounds();
                return session;
            }
            message = step.next().get();
            assertThat(initiator.rounds()).isLessThanOrEqualTo(most);
        }
    }

    int bytes() {
        return messages.stream().mapToInt(m -> m.length).sum();
    }

    private void keep(byte[] message, int frame) {
        if (frame != 0) {
            assertThat(message.length).isLessThanOrEqualTo(frame);
        }
        messages.add(message);
    }

    private void learn(EntrySnapshot set, NegentropyStep step) {
        int entries = 0;
        for (int i = 0; i < step.have().size(); i++) {
            EntryCursor cursor = set.cursor(step.have().from(i), step.have().to(i));
            while (cursor.next()) {
                assertThat(have.add(Entry.of(cursor.time(), cursor.id().toBytes())))
                        .isTrue();
                entries++;
            }
        }
        assertThat(step.have().entries()).isEqualTo(entries);
        for (int i = 0; i < step.need().size(); i++) {
            byte[] id = new byte[32];
            step.need().copyTo(i, id, 0);
            assertThat(step.need().get(i).toBytes()).isEqualTo(id);
            boolean isNew = need.add(new BigInteger(1, id));
            assertThat(isNew || framed).isTrue();
        }
    }
}
