// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.BlobHash;
import io.peerkit.api.NetworkId;
import io.peerkit.gossip.internal.peer.JdkAgent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A chain of closed epochs with random lists, signed by one agent. */
final class ClosedEpochs {
    static final NetworkId NETWORK = NetworkId.named("epochs");

    final JdkAgent authority = new JdkAgent();
    final List<SignedStatement> chain = new ArrayList<>();
    final List<EpochStep> steps = new ArrayList<>();
    final List<DigestList> lives = new ArrayList<>();
    private final SplittableRandom random;

    ClosedEpochs(long seed) {
        random = new SplittableRandom(seed);
    }

    static ClosedEpochs of(long seed, int count) {
        ClosedEpochs epochs = new ClosedEpochs(seed);
        for (int i = 0; i < count; i++) {
            epochs.close(i % 3 == 2 ? 0 : 5_000, i % 2 == 0 ? 0 : 10);
        }
        return epochs;
    }

    void close(int added, int deleted) {
        DigestList joined = randomList(added);
        DigestList gone = randomList(deleted);
        DigestList.Builder live = new DigestList.Builder().addAll(joined);
        if (!lives.isEmpty()) {
            live.addAll(lives.get(lives.size() - 1));
        }
        DigestList all = live.build();
        BlobHash previous = chain.isEmpty()
                ? EpochStatement.NO_STATEMENT
                : chain.get(chain.size() - 1).statement().hash();
        EpochStatement statement =
                new EpochStatement(NETWORK, chain.size() + 1L, previous, 77, joined.mark(), gone.mark(), all.mark());
        chain.add(sign(statement));
        steps.add(new EpochStep(statement, joined, gone));
        lives.add(all);
    }

    SignedStatement sign(EpochStatement statement) {
        return new SignedStatement(statement, new TreeMap<>())
                .with(authority.id(), authority.sign(SignedStatement.message(statement)));
    }

    DigestList randomList(int size) {
        DigestList.Builder list = new DigestList.Builder();
        for (int i = 0; i < size; i++) {
            byte[] digest = new byte[EntryDigests.BYTES];
            random.nextBytes(digest);
            list.add(digest);
        }
        return list.build();
    }

    EpochLedger.Head head(int epoch) {
        return epoch == 0
                ? EpochLedger.Head.NONE
                : new EpochLedger.Head(epoch, chain.get(epoch - 1).statement().hash());
    }
}
