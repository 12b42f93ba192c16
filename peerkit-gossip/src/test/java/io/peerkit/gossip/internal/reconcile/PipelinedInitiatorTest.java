// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.gossip.internal.reconcile.Entries.Entry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelinedInitiatorTest {
    private static final int FUZZ_CASES = 100_000;

    @ParameterizedTest
    @CsvSource({"4096, 100", "4096, 2", "20000, 30", "524288, 20"})
    void session_anySets_exactDifferenceWithinTheBounds(int frameBytes, int commonOf) {
        Random random = new Random(frameBytes + commonOf);
        for (int trial = 0; trial < 25; trial++) {
            TreeSet<Entry> own = new TreeSet<>();
            TreeSet<Entry> peer = new TreeSet<>();
            int size = random.nextInt(4_000);
            for (int i = 0; i < size; i++) {
                Entry entry = Entry.random(random, random.nextInt(50));
                int side = random.nextInt(commonOf);
                if (side != 0) {
                    own.add(entry);
                }
                if (side != 1) {
                    peer.add(entry);
                }
            }
            assertExact(own, peer, frameBytes, random.nextLong());
        }
    }

    @Test
    void session_oneSideFarLarger_exactDifferenceWithinTheBounds() {
        Random random = new Random(3);
        TreeSet<Entry> few = new TreeSet<>();
        TreeSet<Entry> many = new TreeSet<>();
        for (int i = 0; i < 20_000; i++) {
            Entry entry = Entry.random(random, 5);
            many.add(entry);
            if (i % 400 == 0) {
                few.add(entry);
            }
        }
        assertExact(few, many, 4_096, 1);
        assertExact(many, few, 4_096, 2);
        assertExact(new TreeSet<>(), many, 4_096, 3);
        assertExact(many, new TreeSet<>(), 4_096, 4);
        assertExact(new TreeSet<>(), new TreeSet<>(), 4_096, 5);
    }

    private static void assertExact(Set<Entry> own, Set<Entry> peer, int frameBytes, long shift) {
        EntrySnapshot set = Entries.snapshotOf(own);
        PipelinedInitiator initiator = new PipelinedInitiator(set, frameBytes);
        NegentropyResponder responder = NegentropyResponder.pipelined(Entries.snapshotOf(peer), frameBytes);
        Deque<byte[]> messages = new ArrayDeque<>();
        messages.add(initiator.start(shift));
        Set<String> have = new HashSet<>();
        Set<String> need = new HashSet<>();
        while (!messages.isEmpty()) {
            byte[] message = messages.remove();
            assertThat(message.length).isLessThanOrEqualTo(frameBytes);
            byte[] answer = responder.reconcile(message);
            assertThat(answer.length).isLessThanOrEqualTo(frameBytes);
            PipelinedInitiator.Step step = initiator.answered(answer);
            messages.addAll(step.next());
            for (int i = 0; i < step.have().size(); i++) {
                EntryCursor cursor = set.cursor(step.have().from(i), step.have().to(i));
                while (cursor.next()) {
                    assertThat(have.add(Entries.hex(cursor.id().toBytes()))).isTrue();
                }
            }
            for (int i = 0; i < step.need().size(); i++) {
                assertThat(need.add(Entries.hex(step.need().get(i).toBytes())))
                        .as("no entry is asked for twice")
                        .isTrue();
            }
        }
        assertThat(initiator.isDone()).isTrue();
        assertThat(have).isEqualTo(only(own, peer));
        assertThat(need).isEqualTo(only(peer, own));
        assertThat(initiator.rounds()).isLessThanOrEqualTo(Negentropy.maxRounds(own.size(), peer.size(), frameBytes));
        assertThat(initiator.messages())
                .isLessThanOrEqualTo(PipelinedInitiator.maxMessages(own.size(), peer.size(), frameBytes));
    }

    private static Set<String> only(Set<Entry> these, Set<Entry> those) {
        Set<String> only = new HashSet<>();
        these.stream().filter(entry -> !those.contains(entry)).forEach(entry -> only.add(Entries.hex(entry.bytes())));
        return only;
    }

    @Test
    void start_otherShift_otherBounds() {
        Random random = new Random(4);
        TreeSet<Entry> entries = new TreeSet<>();
        for (int i = 0; i < 1_000; i++) {
            entries.add(Entry.random(random, i));
        }
        EntrySnapshot set = Entries.snapshotOf(entries);
        byte[] plain = new NegentropyInitiator(set, 0).initiate();

        assertThat(new PipelinedInitiator(set, 4_096).start(62)).isEqualTo(plain);
        assertThat(new PipelinedInitiator(set, 4_096).start(17)).isNotEqualTo(plain);
        assertThat(new PipelinedInitiator(set, 4_096).start(18))
                .isNotEqualTo(new PipelinedInitiator(set, 4_096).start(17));
    }

    @Test
    void answered_madeUpAnswers_onlyInvalidBytesAndBoundedMessages() {
        Random random = new Random(5);
        TreeSet<Entry> own = new TreeSet<>();
        TreeSet<Entry> peer = new TreeSet<>();
        for (int i = 0; i < 150; i++) {
            (random.nextInt(3) == 0 ? own : peer).add(Entry.random(random, random.nextInt(9)));
        }
        EntrySnapshot set = Entries.snapshotOf(own);
        byte[] first = new PipelinedInitiator(set, 4_096).start(3);
        byte[] honest =
                NegentropyResponder.pipelined(Entries.snapshotOf(peer), 4_096).reconcile(first);
        for (int i = 0; i < FUZZ_CASES; i++) {
            PipelinedInitiator initiator = new PipelinedInitiator(set, 4_096);
            initiator.start(3);
            byte[] answer = honest.clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                answer[random.nextInt(answer.length)] = (byte) random.nextInt();
            }
            try {
                PipelinedInitiator.Step step = initiator.answered(answer);
                assertThat(step.next().size()).isLessThanOrEqualTo(PipelinedInitiator.MAX_OPEN_MESSAGES);
                assertThat(step.next()).allMatch(message -> message.length <= 4_096);
            } catch (InvalidBytesException e) {
                assertThat(e).hasMessageContaining("negentropy");
            }
        }
    }

    @Test
    void answered_moreAnswersThanMessages_refused() {
        PipelinedInitiator initiator = new PipelinedInitiator(Entries.snapshotOf(new TreeSet<>()), 4_096);
        initiator.start(0);
        initiator.answered(new byte[] {0x61});
        assertThat(initiator.isDone()).isTrue();
        assertThatThrownBy(() -> initiator.answered(new byte[] {0x61})).isInstanceOf(InvalidBytesException.class);
    }
}
