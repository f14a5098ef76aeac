// SPDX-License-Identifier: Apache-2.0
// NCCL's functions that the engine calls, between processes of one machine: what is sent is a file. A group that is still
// incomplete, and a transfer that is not there yet, are in progress, as with a communicator that does not block.
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <sys/stat.h>

typedef int Result;
struct Id { char internal[128]; };
struct Config {
    size_t size;
    unsigned magic, version;
    int blocking, cgaClusterSize, minCTAs, maxCTAs;
    const char* netName;
    int splitShare, trafficClass;
    const char* commName;
    int collnetEnable, CTAPolicy, shrinkShare, nvlsCTAs;
};
struct Group {
    std::string directory;
    int rank, tasks;
    std::map<int, int> sent, received;
};
struct Transfer { std::string file; void* at; size_t bytes; };
static int depth = 0;
extern "C" int cuStandInLater(void* stream, int (*work)(void*), void* data);

static bool exists(const std::string& file) {
    struct stat found;
    return stat(file.c_str(), &found) == 0;
}
static void write(const std::string& file, const void* from, size_t bytes) {
    std::string part = file + ".part";
    FILE* out = fopen(part.c_str(), "wb");
    fwrite(from, 1, bytes, out);
    fclose(out);
    rename(part.c_str(), file.c_str());
}
extern "C" const char* ncclGetErrorString(Result) { return "refused by the stand-in"; }
extern "C" Result ncclGetUniqueId(Id* id) {
    memset(id, 0, sizeof *id);
    snprintf(id->internal, sizeof id->internal, "%s/nccl-XXXXXX", getenv("XDG_CACHE_HOME"));
    return mkdtemp(id->internal) == nullptr ? 2 : 0;
}
extern "C" Result ncclCommInitRankConfig(Group** made, int tasks, Id id, int rank, Config* config) {
    *made = new Group{id.internal, rank, tasks, {}, {}};
    write((*made)->directory + "/joined-" + std::to_string(rank), "", 0);
    bool right = config->size == sizeof(Config) && config->magic == 0xcafebeef && config->version == 22703
            && config->blocking == 0 && config->netName == nullptr && config->commName == nullptr
            && config->cgaClusterSize == INT_MIN && config->nvlsCTAs == INT_MIN && config->splitShare == INT_MIN;
    return right ? 7 : 4;
}
extern "C" Result ncclCommGetAsyncError(Group* of, int* state) {
    *state = 0;
    for (int rank = 0; rank < of->tasks; rank++)
        if (!exists(of->directory + "/joined-" + std::to_string(rank))) *state = 7;
    return 0;
}
extern "C" Result ncclGroupStart() { return depth++ == 0 ? 0 : 5; }
extern "C" Result ncclGroupEnd() { return --depth == 0 ? 7 : 5; }
static std::string name(Group* of, int from, int to, int number) {
    return of->directory + "/" + std::to_string(from) + "-" + std::to_string(to) + "-" + std::to_string(number);
}
static int send(void* data) {
    Transfer* transfer = (Transfer*) data;
    write(transfer->file, transfer->at, transfer->bytes);
    delete transfer;
    return 0;
}
static int receive(void* data) {
    Transfer* transfer = (Transfer*) data;
    if (!exists(transfer->file)) return 600;
    FILE* in = fopen(transfer->file.c_str(), "rb");
    size_t bytes = fread(transfer->at, 1, transfer->bytes, in);
    bool all = bytes == transfer->bytes && fgetc(in) == EOF;
    fclose(in);
    delete transfer;
    return all ? 0 : 719;
}
extern "C" Result ncclSend(const void* from, size_t count, int type, int peer, Group* of, void* stream) {
    if (depth != 1 || type != 7 || peer == of->rank) return 5;
    std::string file = name(of, of->rank, peer, of->sent[peer]++);
    return cuStandInLater(stream, send, new Transfer{file, (void*) from, 4 * count}) == 0 ? 7 : 5;
}
extern "C" Result ncclRecv(void* to, size_t count, int type, int peer, Group* of, void* stream) {
    if (depth != 1 || type != 7 || peer == of->rank) return 5;
    std::string file = name(of, peer, of->rank, of->received[peer]++);
    return cuStandInLater(stream, receive, new Transfer{file, to, 4 * count}) == 0 ? 7 : 5;
}
extern "C" void cuStandInForget(void);
extern "C" Result ncclCommAbort(Group* of) {
    cuStandInForget();
    delete of;
    return 0;
}
