// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.NotPermittedException;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.integrate.Publisher;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Deletes for the application: checks that it may, publishes the deletes, waits until what they name is gone. Belongs to the node loop. */
final class LocalDeletes {
    /** One blob is read with each entry at least, so entries come in pages of about this many bytes. */
    private static final int PAGE_BYTES = 1_048_576;

    private final NodeLoop loop;
    private final AgentId self;
    private final Storage storage;
    private final Publisher publisher;
    private final Epochs epochs;

    LocalDeletes(NodeLoop loop, AgentId self, Storage storage, Publisher publisher, Epochs epochs) {
        this.loop = loop;
        this.self = self;
        this.storage = storage;
        this.publisher = publisher;
        this.epochs = epochs;
    }

    /** Deletes entries. */
    void delete(List<EntryId> entries, CompletableFuture<List<EntryId>> answer) {
        Set<EntryId> named = new LinkedHashSet<>();
        entries.forEach(entry -> named.add(epochs.lastName(entry)));
        look(named, new ArrayList<>(), answer);
    }

    private void look(Set<EntryId> left, List<EntryId> present, CompletableFuture<List<EntryId>> answer) {
        LoopHop.then(
                loop,
                storage.entries(List.copyOf(left), PAGE_BYTES),
                found -> {
                    for (StoredEntry entry : found) {
                        left.remove(entry.id());
                        EntryHeader header = EntryCodec.headerOf(entry.envelope());
                        if (!epochs.ledger().mayDelete(self, header.author())) {
                            answer.completeExceptionally(new NotPermittedException(
                                    "entry " + entry.id() + " is by agent " + header.author() + ", not by this one"));
                            return;
                        }
                        if (header.kind() != EntryHeader.KIND_DELETE) {
                            present.add(entry.id());
                        }
                    }
                    if (found.isEmpty() || left.isEmpty()) {
                        publish(present, answer);
                    } else {
                        look(left, present, answer);
                    }
                },
                answer::completeExceptionally);
    }

    private void publish(List<EntryId> present, CompletableFuture<List<EntryId>> answer) {
        if (present.isEmpty()) {
            answer.complete(List.of());
            return;
        }
        List<List<EntryId>> targets = new ArrayList<>();
        for (int from = 0; from < present.size(); from += EntryHeader.MAX_LINKS) {
            targets.add(List.copyOf(present.subList(from, Math.min(present.size(), from + EntryHeader.MAX_LINKS))));
        }
        CompletableFuture<List<Publication>> published = new CompletableFuture<>();
        publisher.publish(Publisher.Call.deletes(targets, published));
        LoopHop.then(loop, published, done -> deleted(present, answer), answer::completeExceptionally);
    }

    /** One that was issued anew while its delete was on the way has to be deleted under its new name. */
    private void deleted(List<EntryId> present, CompletableFuture<List<EntryId>> answer) {
        List<EntryId> renamed = present.stream()
                .map(epochs::lastName)
                .filter(name -> !present.contains(name))
                .toList();
        if (renamed.isEmpty()) {
            await(present, answer);
        } else {
            CompletableFuture<List<EntryId>> again = new CompletableFuture<>();
            delete(renamed, again);
            LoopHop.then(loop, again, done -> await(present, answer), answer::completeExceptionally);
        }
    }

    private void await(List<EntryId> present, CompletableFuture<List<EntryId>> answer) {
        LoopHop.then(
                loop,
                epochs.remove(present),
                done -> {
                    if (epochs.isRemoving(present)) {
                        answer.completeExceptionally(new StorageException(
                                "the entries are deleted, but could not be removed here yet; that is tried again"));
                    } else {
                        answer.complete(present);
                    }
                },
                answer::completeExceptionally);
    }
}
