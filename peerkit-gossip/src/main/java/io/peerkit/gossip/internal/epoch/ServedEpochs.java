// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answering side of an epochs stream: reads the next part of the answer from the store when the one before it has left. Belongs to the
 * node loop.
 */
final class ServedEpochs implements FrameChannel.Handler {
    /** With more than this many bytes unsent nothing is read. */
    private static final long READ_AHEAD_BYTES = 524_288;

    private static final Logger LOG = LoggerFactory.getLogger(ServedEpochs.class);

    private final NodeLoop loop;
    private final EpochStore store;
    private final EpochStore.Kept kept;
    private final Supplier<CompletableFuture<DigestList>> live;
    private final Consumer<ServedEpochs> over;
    private final FrameChannel channel;
    private Optional<EpochLedger.Head> asked = Optional.empty();
    private Optional<DigestList> liveList = Optional.empty();
    private boolean leap;
    private long nextStatement;
    private int nextLive;
    private long listEpoch;
    private EpochRecords.Kind listKind = EpochRecords.Kind.ADDED;
    private Optional<byte[]> listAfter = Optional.empty();
    private boolean reading;
    private boolean ended;

    /**
     * @param kept what the store has, when the stream was opened; it is not served any more when a later adoption removed it
     * @param live makes the list of all live entries of the head
     * @param over is told when the stream has ended
     */
    ServedEpochs(
            NodeLoop loop,
            EpochStore store,
            EpochStore.Kept kept,
            Supplier<CompletableFuture<DigestList>> live,
            Consumer<ServedEpochs> over,
            PeerStream stream) {
        this.loop = loop;
        this.store = store;
        this.kept = kept;
        this.live = live;
        this.over = over;
        this.channel = new FrameChannel(stream, loop, EpochFrameCodec.MAX_FRAME_BYTES, this);
    }

    void read() {
        channel.read();
    }

    @Override
    public void frame(byte[] payload) {
        if (asked.isPresent() || !(EpochFrameCodec.decode(payload) instanceof EpochFrame.Ask ask)) {
            throw new InvalidBytesException("more than one question on an epochs stream");
        }
        asked = Optional.of(ask.head());
        if (ask.head().epoch() > kept.head().epoch()) {
            answer(new EpochFrame.UpToDate());
        } else if (ask.head().epoch() == 0) {
            begin(ask.head().epoch());
        } else {
            compare(ask.head());
        }
    }

    private void compare(EpochLedger.Head theirs) {
        read(store.statement(theirs.epoch()), found -> {
            SignedStatement own =
                    found.orElseThrow(() -> new StorageException("no statement of epoch " + theirs.epoch()));
            if (own.statement().hash().equals(theirs.statement())) {
                begin(theirs.epoch());
            } else {
                answer(new EpochFrame.Fork(own));
            }
        });
    }

    private void begin(long head) {
        if (head == kept.head().epoch()) {
            answer(new EpochFrame.UpToDate());
            return;
        }
        leap = head + 1 < kept.listsFrom();
        nextStatement = head;
        listEpoch = leap ? kept.listsFrom() : head + 1;
        if (leap) {
            read(live.get(), list -> {
                liveList = Optional.of(list);
                serve();
            });
        } else {
            serve();
        }
    }

    private void answer(EpochFrame only) {
        channel.send(EpochFrameCodec.encode(only));
        finish();
    }

    private void serve() {
        if (reading || channel.isClosed() || asked.isEmpty() || channel.unsentBytes() > READ_AHEAD_BYTES) {
            return;
        }
        if (nextStatement < kept.head().epoch()) {
            int limit =
                    (int) Math.min(EpochFrameCodec.MAX_STATEMENTS, kept.head().epoch() - nextStatement);
            read(store.statements(nextStatement, limit), this::chain);
        } else if (liveList.isPresent() && nextLive < liveList.get().size()) {
            int to = Math.min(liveList.get().size(), nextLive + EpochFrameCodec.MAX_DIGESTS);
            channel.send(
                    EpochFrameCodec.encode(new EpochFrame.Digests(liveList.get().pack(nextLive, to))));
            nextLive = to;
            serve();
        } else if (listEpoch <= kept.head().epoch()) {
            liveList = Optional.empty();
            read(store.part(listEpoch, listKind, listAfter), this::part);
        } else {
            finish();
        }
    }

    private void chain(List<SignedStatement> statements) {
        if (statements.isEmpty() || statements.get(0).statement().number() != nextStatement + 1) {
            throw new StorageException("no statement of epoch " + (nextStatement + 1));
        }
        nextStatement += statements.size();
        boolean last = nextStatement == kept.head().epoch();
        channel.send(EpochFrameCodec.encode(new EpochFrame.Chain(statements, last, listEpoch, leap)));
        serve();
    }

    private void part(Optional<StoredRecord> part) {
        if (part.isPresent()) {
            channel.send(
                    EpochFrameCodec.encode(new EpochFrame.Digests(part.get().value())));
            listAfter = Optional.of(part.get().key().key());
        } else {
            listAfter = Optional.empty();
            listEpoch += listKind == EpochRecords.Kind.DELETED ? 1 : 0;
            listKind = listKind == EpochRecords.Kind.DELETED ? EpochRecords.Kind.ADDED : EpochRecords.Kind.DELETED;
        }
        serve();
    }

    private <T> void read(CompletableFuture<T> future, Consumer<T> then) {
        reading = true;
        LoopHop.then(
                loop,
                future,
                value -> {
                    reading = false;
                    try {
                        if (!channel.isClosed()) {
                            then.accept(value);
                        }
                    } catch (StorageException e) {
                        broken(e);
                    }
                },
                this::broken);
    }

    private void broken(Throwable reason) {
        // The peer asks others, and this node again later.
        LOG.debug("could not answer a question for epochs", reason);
        channel.reset();
        finish();
    }

    private void finish() {
        if (!ended) {
            ended = true;
            channel.finish();
            over.accept(this);
        }
    }

    @Override
    public void sent() {
        serve();
    }

    @Override
    public void ended() {
        if (asked.isEmpty()) {
            finish();
        }
    }

    @Override
    public void failed(Throwable reason) {
        finish();
    }

    void close() {
        channel.reset();
        finish();
    }
}
