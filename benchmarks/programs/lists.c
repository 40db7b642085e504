// Pointers: linked lists and a binary search tree, allocated, walked and freed.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
  struct node *left, *right;
  uint32_t key;
};

static uint32_t seed = 99;
static uint32_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

static struct node* insert(struct node* root, uint32_t key) {
  struct node** link = &root;
  while (*link) link = key < (*link)->key ? &(*link)->left : &(*link)->right;
  *link = malloc(sizeof **link);
  **link = (struct node){0, 0, key};
  return root;
}
static uint64_t sum(const struct node* root, uint32_t depth) {
  return root ? sum(root->left, depth + 1) + (uint64_t)root->key % 1000 * depth +
                    sum(root->right, depth + 1)
              : 0;
}
static void release(struct node* root) {
  if (!root) return;
  release(root->left);
  release(root->right);
  free(root);
}

int main(void) {
  uint64_t total = 0;
  for (int round = 0; round < 10; ++round) {
    struct node* root = 0;
    for (int i = 0; i < 60000; ++i) root = insert(root, next());
    for (int walk = 0; walk < 8; ++walk) total += sum(root, 1);
    release(root);
  }
  printf("lists %llu\n", (unsigned long long)total);
  return 0;
}
